/** Words of the attention page that came after the first ones, and its terms. */
export const attentionEn = {
  texts: {
    rollout: 'Rollout',
    rolloutNote: 'all heads, from the input to {block}',
    wallTitle: 'Heads of {block}',
    wallNote: 'Left FP32, right as used; the most damaged first, by',
    wallEntry: 'Head {head}: KL {kl}, {lost} % of the attention lost',
    ways: 'Other pages of this head',
    toImages: 'Images it may have flipped',
    toLevels: 'See its levels',
    exportDepth: 'error along the network',
    exportDamage: 'damage of every head',
  },
  terms: {
    rollout: { name: 'Rollout', says: 'Where the information in a token comes from, followed back through all blocks: each mixes half of the token itself with half of the mean of its heads (Abnar and Zuidema).', formula: 'r = q · Πₗ ½(I + Āₗ)' },
  },
};

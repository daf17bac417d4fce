/** Words of the attention page that came after the first ones, and its terms. */
export const attentionEn = {
  texts: {
  },
  terms: {
  },
};

/** Words of the levels page, and its terms. */
export const levelsEn = {
  texts: {
  },
  terms: {
  },
};

/** Words of the levels page, and its terms. */
export const levelsKo = {
  texts: {
  },
  terms: {
  },
};

/** Words of the board page that came after the first ones, and its terms. */
export const boardEn = {
  texts: {
  },
  terms: {
  },
};

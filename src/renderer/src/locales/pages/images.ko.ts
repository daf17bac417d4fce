/** Words of the images page, and its terms. */
export const imagesKo = {
  texts: {
  },
  terms: {
  },
};

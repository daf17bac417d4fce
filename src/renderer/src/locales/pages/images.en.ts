/** Words of the images page, and its terms. */
export const imagesEn = {
  texts: {
  },
  terms: {
  },
};

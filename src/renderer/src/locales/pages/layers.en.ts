/** Words of the layers page, and its terms. */
export const layersEn = {
  texts: {
  },
  terms: {
  },
};

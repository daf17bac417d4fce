/** Words of the layers page, and its terms. */
export const layersKo = {
  texts: {
  },
  terms: {
  },
};

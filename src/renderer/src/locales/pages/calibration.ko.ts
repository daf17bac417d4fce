/** Words of the calibration page, and its terms. */
export const calibrationKo = {
  texts: {
  },
  terms: {
  },
};

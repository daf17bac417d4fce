/** Words of the calibration page, and its terms. */
export const calibrationEn = {
  texts: {
  },
  terms: {
  },
};

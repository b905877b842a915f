// The chosen key in the page's address, behind the #, so that a link leads to it.

/** @returns {string | null} */
export function keyInAddress() {
  const text = location.hash.slice(1);
  if (!text) return null;
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text; // written by hand, with a bare %
    throw error;
  }
}

/** @param {string | null} key */
export function putKeyInAddress(key) {
  if (keyInAddress() === key) return;
  // Half a surrogate pair has no place in an address: such a key has no link.
  const text = key === null || /\p{Surrogate}/u.test(key) ? "" : encodeURIComponent(key);
  location.hash = text;
}

/** Documentation addresses (RFC 5737) stand for public ones: none of them is anyone's, and no packet leaves the lab anyway. */

/** Where the API answers, on port 80. */
export const apiAddress = '192.0.2.1';

/** Where the mirror answers: files and apt on port 80, images on port 5000. */
export const mirrorAddress = '192.0.2.2';

export const apiEndpoint = `http://${apiAddress}/v1`;

export const mirrorUrl = `http://${mirrorAddress}`;

export const registryUrl = `http://${mirrorAddress}:5000`;

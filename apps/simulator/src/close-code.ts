/** The close codes that `isCloseCode` takes, for people. */
export const CLOSE_CODES = '1000 to 1003, 1007 to 1014, 3000 to 4999, or 1006 to cut the line'

/** Whether a socket can be closed so. RFC 6455, 7.4: others are reserved, and never sent. 1006 stands for a cut line. */
export const isCloseCode = (code: number): boolean =>
  Number.isInteger(code) &&
  ((code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005) || (code >= 3000 && code <= 4999))

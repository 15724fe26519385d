/** A key: text, which is its UTF-8 bytes, or bytes. A lone surrogate in a text is an error (`key.encoding`). */
export type Key = string | Uint8Array;

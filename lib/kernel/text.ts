/**
 * A copy that shares no memory with the text it was cut from. A slice keeps its whole source alive: a name of twenty characters cut
 * from a 64 KiB chunk of a socket would keep the chunk as long as the name is remembered.
 */
export const ownText = (text: string): string => (text.length < 13 ? text : Buffer.from(text, 'utf8').toString('utf8'));

/** Plain numbers that only rise, but for the first four, which say how it is now. Metrics read them. */
export interface ClientCounters {
  connections: number;
  unauthenticated: number;
  /** Of the connections: those over WebSocket and over BOSH. */
  webSockets: number;
  boshSessions: number;
  accepted: number;
  /** Closed at once because of a limit on connections. */
  refusedConnections: number;
  bytesIn: number;
  /** In characters, which are octets but for text outside of ASCII. */
  bytesOut: number;
  stanzasIn: number;
  rateLimitPauses: number;
  /** Sessions ended because their client was too fast for too long. */
  floods: number;
  malformedStreams: number;
  signIns: number;
  signInFailures: number;
  resumptions: number;
  slowReaders: number;
}

export const createClientCounters = (): ClientCounters => ({
  connections: 0,
  unauthenticated: 0,
  webSockets: 0,
  boshSessions: 0,
  accepted: 0,
  refusedConnections: 0,
  bytesIn: 0,
  bytesOut: 0,
  stanzasIn: 0,
  rateLimitPauses: 0,
  floods: 0,
  malformedStreams: 0,
  signIns: 0,
  signInFailures: 0,
  resumptions: 0,
  slowReaders: 0,
});

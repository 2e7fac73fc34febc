/** Totals and gauges of the engine, as it keeps them; reading them costs nothing. */
export interface EngineFigures {
  readonly sessions: number;
  readonly hibernating: number;
  readonly usersOnline: number;
  readonly connections: number;
  /** Of the connections: those over WebSocket and over BOSH. */
  readonly webSockets: number;
  readonly boshSessions: number;
  readonly unauthenticated: number;
  readonly messagesIn: number;
  readonly messagesDelivered: number;
  readonly messagesOffline: number;
  readonly messagesArchived: number;
  readonly presenceIn: number;
  readonly presenceDelivered: number;
  readonly iqIn: number;
  readonly bounced: number;
  readonly signIns: number;
  readonly signInFailures: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly rateLimitPauses: number;
  readonly floods: number;
  readonly malformedStreams: number;
  /** Chat rooms in memory, and people in them. */
  readonly rooms: number;
  readonly roomOccupants: number;
  readonly roomMessagesIn: number;
  readonly roomMessagesDelivered: number;
  readonly itemsPublished: number;
  readonly eventsSent: number;
}

export interface ServiceFacts {
  readonly name: string;
  readonly title: string;
  readonly critical: boolean;
  readonly state: 'stopped' | 'starting' | 'started' | 'degraded' | 'stopping' | 'failed';
  readonly since: number;
  readonly why: string;
}

export interface CertificateFacts {
  readonly use: string;
  readonly title: string;
  /** Whole days left; negative when it has ended. */
  readonly daysLeft: number;
  readonly notAfter: number;
  readonly selfSigned: boolean;
  readonly step: number;
}

export interface DatabaseFacts {
  readonly state: 'up' | 'down';
  readonly since: number;
  readonly why: string;
  /** It answers, and can keep nothing: its disk is full, say. */
  readonly isFull?: boolean;
}

export type Severity = 'critical' | 'warning';
/** Something that is wrong now. It clears by itself when it is right again. */
export interface AlarmFact {
  /** Stable while the same thing is wrong, for example `service:xcp-router`. */
  readonly id: string;
  readonly severity: Severity;
  /** What is wrong, one sentence. */
  readonly what: string;
  /** What to do about it, one sentence. */
  readonly action: string;
  /** Console route where that is done. */
  readonly link: string;
  /** Milliseconds since 1970; absent: since it was first seen. */
  readonly since?: number;
}
export interface Alarm extends AlarmFact {
  readonly since: number;
}

/** What the diagnostics ask from the other rooms. */
export interface DiagnosticSources {
  figures(): EngineFigures;
  services(): readonly ServiceFacts[];
  certificates(): readonly CertificateFacts[];
  database(): DatabaseFacts;
  /** More alarms, of parts that judge for themselves. */
  alarms(): readonly AlarmFact[];
}

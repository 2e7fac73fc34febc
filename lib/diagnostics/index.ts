export { createDiagnostics, type Diagnostics, type HealthReport, type NodeFacts, type SeriesSpan } from './diagnostics.ts';
export { createLogger, type Logger, type LogLevel } from './logger.ts';
export type { Alarm, AlarmFact, CertificateFacts, DatabaseFacts, DiagnosticSources, EngineFigures, ServiceFacts } from './ports.ts';
export type { Sample } from './samples.ts';

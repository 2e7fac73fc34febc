export { type AgentStatus, createSyncAgent, type SyncAgent, type SyncAgentDeps, syncAlarms } from './agent.ts';
export { type AxlClient, createAxlClient, schemaVersions } from './axl/client.ts';
export { digestOf } from './axl/operations.ts';
export { callManagerFaults } from './faults.ts';
export { type TestStep, testConnection } from './test-connection.ts';

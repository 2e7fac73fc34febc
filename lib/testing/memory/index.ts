export { memoryAccountStore } from './accounts.ts';
export { memoryAuditStore, memoryJobStore } from './admin.ts';
export { memoryDomainStore } from './domains.ts';
export { type MemoryJournal, memoryArchive, memoryJournal, memoryOfflineQueue } from './im.ts';
export { memoryBlockListStore, memoryProfileStore, memoryRosterStore } from './people.ts';
export { memoryApiTokenStore, memoryBackoffStore, memoryConsoleSessionStore, memoryOperatorStore, memorySignInLog } from './security.ts';
export { memorySettingsStore } from './settings.ts';
export { createMemoryState, type MemoryState } from './state.ts';
export { type MemoryStores, memoryStores, memoryUnitOfWork } from './stores.ts';

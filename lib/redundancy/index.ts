export { createDataMonitor, type DataMonitor, type DataMonitorState, type FirstSync } from './data-monitor.ts';
export { redundancyFaults } from './faults.ts';
export { type Decision, isHealing, type Rules, type Seen, type View } from './machine.ts';
export { createRecoveryManager, type RecoveryAlarm, type RecoveryManager, type RecoveryTiming } from './recovery-manager.ts';
export { actionsOf, type HaAction, haChecks, requestFailover, requestFallback, requestRecover, whatNext, whyUnfit } from './requests.ts';
export { durationInWords, reasonNames, stateNames } from './words.ts';

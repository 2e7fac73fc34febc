export {
  createServices,
  type ServiceEntry,
  type ServiceHealth,
  type ServiceState,
  type ServiceStatus,
  type Services,
  type StopPreview,
} from './registry.ts';

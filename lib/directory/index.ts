export { createCredentialSource } from './credential-source.ts';
export { createDomains, type Domains, readDomain } from './domains.ts';
export { domainFaults } from './faults.ts';

export { addressKey } from './address-key.ts';
export type { AlternativeNames } from './alternative-names.ts';
export { certificateFaults } from './certificate-faults.ts';
export { type CertificateUse, certificateUses } from './certificate-files.ts';
export {
  type CertificateSummary,
  type Certificates,
  type CertificateUpload,
  type CertificateView,
  createCertificates,
  type ExpiryNotice,
  type TlsCredentials,
} from './certificates.ts';
export { accountsOf, readAuthorities } from './client-certificates.ts';
export { createInitialPassword, ensureFirstOperator, type InitialPassword } from './first-operator.ts';
export type { KeyType } from './make-certificate.ts';
export { createPasswordHasher, type PasswordHasher, passwordProblem } from './passwords.ts';
export { createSealer, type Sealer } from './sealed.ts';
export { createSecondFactor, type SecondFactor } from './second-factor.ts';
export { readOrMakeSecret } from './secret-file.ts';
export { securityAlarms } from './security-alarms.ts';
export { createSignInGuard, type SignInGuardControl, type SignInKind, type SignInLock } from './sign-in-guard.ts';

import { TablePageSkeleton } from '@/lib/ui/primitives/skeleton.tsx';

export default function AuditLoading() {
  return <TablePageSkeleton columns={5} />;
}

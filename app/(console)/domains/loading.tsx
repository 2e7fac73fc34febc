import { TablePageSkeleton } from '@/lib/ui/primitives/skeleton.tsx';

export default function DomainsLoading() {
  return <TablePageSkeleton columns={5} />;
}

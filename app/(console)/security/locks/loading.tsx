import { TablePageSkeleton } from '@/lib/ui/primitives/skeleton.tsx';

export default function LocksLoading() {
  return <TablePageSkeleton columns={5} />;
}

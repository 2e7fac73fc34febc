import { TablePageSkeleton } from '@/lib/ui/primitives/skeleton.tsx';

export default function SessionsLoading() {
  return <TablePageSkeleton columns={6} />;
}

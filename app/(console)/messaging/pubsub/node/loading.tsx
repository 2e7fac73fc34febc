import { TablePageSkeleton } from '@/lib/ui/primitives/skeleton.tsx';

export default function NodeLoading() {
  return <TablePageSkeleton columns={4} />;
}

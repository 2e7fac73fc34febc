import { TablePageSkeleton } from '@/lib/ui/primitives/skeleton.tsx';

export default function NodesLoading() {
  return <TablePageSkeleton columns={6} />;
}

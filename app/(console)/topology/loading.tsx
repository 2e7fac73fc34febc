import { TablePageSkeleton } from '@/lib/ui/primitives/skeleton.tsx';

export default function TopologyLoading() {
  return <TablePageSkeleton columns={6} />;
}

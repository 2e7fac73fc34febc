import { TablePageSkeleton } from '@/lib/ui/primitives/skeleton.tsx';

export default function JobsLoading() {
  return <TablePageSkeleton columns={5} />;
}

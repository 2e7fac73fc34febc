import { TablePageSkeleton } from '@/lib/ui/primitives/skeleton.tsx';

export default function AssignmentLoading() {
  return <TablePageSkeleton columns={5} />;
}

import { TablePageSkeleton } from '@/lib/ui/primitives/skeleton.tsx';

export default function RedundancyGroupsLoading() {
  return <TablePageSkeleton columns={5} />;
}

import { TablePageSkeleton } from '@/lib/ui/primitives/skeleton.tsx';

export default function DirectoriesLoading() {
  return <TablePageSkeleton columns={5} />;
}

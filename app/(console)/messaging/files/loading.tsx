import { TablePageSkeleton } from '@/lib/ui/primitives/skeleton.tsx';

export default function FilesLoading() {
  return <TablePageSkeleton columns={6} />;
}

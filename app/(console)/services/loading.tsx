import { TablePageSkeleton } from '@/lib/ui/primitives/skeleton.tsx';

export default function ServicesLoading() {
  return <TablePageSkeleton columns={5} />;
}

import { TablePageSkeleton } from '@/lib/ui/primitives/skeleton.tsx';

export default function AdministratorsLoading() {
  return <TablePageSkeleton columns={6} />;
}

import { Loading, Skeleton } from '@/lib/ui/primitives/skeleton.tsx';

export default function AdministratorLoading() {
  return (
    <Loading label="Loading the administrator">
      <div className="flex flex-col gap-4">
        <Skeleton className="h-7 w-56" />
        <Skeleton className="h-48" />
        <Skeleton className="h-64" />
      </div>
    </Loading>
  );
}

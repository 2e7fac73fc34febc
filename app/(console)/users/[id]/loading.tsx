import { Loading, Skeleton } from '@/lib/ui/primitives/skeleton.tsx';

export default function UserLoading() {
  return (
    <Loading label="Loading the user">
      <div className="flex flex-col gap-4">
        <Skeleton className="h-7 w-56" />
        <Skeleton className="w-72" />
        <Skeleton className="h-10" />
        <Skeleton className="h-40" />
        <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
          <Skeleton className="h-80" />
          <Skeleton className="h-80" />
        </div>
      </div>
    </Loading>
  );
}

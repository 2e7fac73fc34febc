import { Loading, Skeleton } from '@/lib/ui/primitives/skeleton.tsx';

export default function RoomLoading() {
  return (
    <Loading label="Loading the room">
      <div className="flex flex-col gap-4">
        <Skeleton className="h-7 w-56" />
        <Skeleton className="w-72" />
        <Skeleton className="h-10" />
        <Skeleton className="h-40" />
        <Skeleton className="h-80" />
      </div>
    </Loading>
  );
}

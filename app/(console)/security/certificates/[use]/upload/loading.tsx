import { Loading, Skeleton } from '@/lib/ui/primitives/skeleton.tsx';

export default function UploadLoading() {
  return (
    <Loading label="Loading the form">
      <div className="flex max-w-[720px] flex-col gap-4">
        <Skeleton className="h-7 w-64" />
        <Skeleton className="h-80" />
        <Skeleton className="h-80" />
      </div>
    </Loading>
  );
}

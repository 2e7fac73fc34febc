'use client';
import { Upload } from 'lucide-react';
import { useId, useRef, useState } from 'react';
import { cn } from '../cn.ts';
import { formatBytes } from '../format.ts';
import { Button } from './button.tsx';

/** Choose or drop one file. Refuses what is too large before it is read. */
export function FileDrop({
  label,
  help,
  accept,
  maxBytes,
  file,
  onFile,
  name,
}: {
  label: string;
  help?: string;
  /** As in `<input accept>`: ".csv,text/csv". */
  accept: string;
  maxBytes: number;
  file: File | null;
  onFile: (file: File | null) => void;
  name?: string;
}) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const take = (chosen: File | undefined) => {
    if (!chosen) return;
    if (chosen.size > maxBytes) {
      setProblem(`${chosen.name} has ${formatBytes(chosen.size)}; the limit is ${formatBytes(maxBytes)}. Split it and upload the parts.`);
      return;
    }
    setProblem(null);
    onFile(chosen);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is an extra; the button and the input do the same
    <div
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer.files[0]);
      }}
      className={cn(
        'flex flex-col items-center gap-2 rounded-panel border-2 border-dashed border-firm bg-panel p-6 text-center',
        over && 'border-accent bg-info-tint',
      )}
    >
      <Upload className="size-5 text-quiet" aria-hidden="true" />
      <label htmlFor={id} className="text-body font-medium text-strong">
        {label}
      </label>
      <input
        ref={input}
        id={id}
        type="file"
        accept={accept}
        {...(name ? { name } : {})}
        aria-describedby={`${id}-help`}
        onChange={(event) => take(event.target.files?.[0])}
        className="sr-only"
      />
      <p id={`${id}-help`} className="text-table text-quiet">
        {help} At most {formatBytes(maxBytes)}.
      </p>
      {problem ? (
        <p role="alert" className="text-table text-fault">
          {problem}
        </p>
      ) : null}
      {file ? (
        <p className="text-body text-strong wrap-anywhere">
          {file.name} ({formatBytes(file.size)})
        </p>
      ) : null}
      <div className="flex gap-2">
        <Button onClick={() => input.current?.click()}>{file ? 'Choose another file' : 'Choose a file'}</Button>
        {file ? (
          <Button
            look="quiet"
            onClick={() => {
              if (input.current) input.current.value = '';
              onFile(null);
            }}
          >
            Remove the file
          </Button>
        ) : null}
      </div>
    </div>
  );
}

/** The camera, and what it sees. The browser's own reader where there is one, else zxing as WebAssembly. */

import { allowed } from "./sight.ts";

export type Read = (video: HTMLVideoElement) => Promise<string | null>;

interface Detector {
  detect(source: CanvasImageSource): Promise<{ rawValue: string }[]>;
}
interface DetectorClass {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}

async function byBrowser(): Promise<Read | null> {
  const found = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  if (!found) return null;
  try {
    if (!(await found.getSupportedFormats()).includes("qr_code")) return null;
    const detector = new found({ formats: ["qr_code"] });
    return async (video) => (await detector.detect(video))[0]?.rawValue ?? null;
  } catch {
    return null;
  }
}

async function byZxing(): Promise<Read> {
  const { reader } = await import("./zxing.ts");
  const read = await reader();
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return async (video) => {
    const { videoWidth: width, videoHeight: height } = video;
    if (!context || !width || !height) return null;
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    context.drawImage(video, 0, 0);
    return read(context.getImageData(0, 0, width, height));
  };
}

let reading: Promise<Read> | null = null;

export function reader(): Promise<Read> {
  reading ??= byBrowser().then((own) => own ?? byZxing());
  reading.catch(() => (reading = null));
  return reading;
}

export interface Choice {
  readonly id: string;
  readonly label: string;
}

/** Why there is no picture: somebody said no, there is none, another program has it. */
export type Blind = "denied" | "none" | "busy" | "insecure";

function why(fault: unknown): Blind {
  if (!allowed()) return "insecure";
  const name = fault instanceof DOMException ? fault.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  return name === "NotReadableError" || name === "AbortError" ? "busy" : "none";
}

export class Camera {
  readonly video: HTMLVideoElement;
  private stream: MediaStream | null = null;
  private going = 0;
  private lit = false;
  private readonly seen: (code: string) => void;
  private readonly broken: (why: Blind) => void;

  constructor(video: HTMLVideoElement, seen: (code: string) => void, broken: (why: Blind) => void) {
    this.video = video;
    this.seen = seen;
    this.broken = broken;
    video.muted = true;
    video.setAttribute("playsinline", "");
  }

  async start(id: string): Promise<boolean> {
    this.stop();
    const turn = ++this.going;
    // Below four pixels a module no reader reads: as many as the camera has, up to 1080 lines.
    const size = { width: { ideal: 1920 }, height: { ideal: 1080 } };
    const which = id ? { deviceId: { ideal: id } } : { facingMode: { ideal: "environment" } };
    try {
      if (!allowed()) throw new Error("insecure");
      const stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { ...size, ...which } });
      if (turn !== this.going) {
        for (const track of stream.getTracks()) track.stop();
        return false;
      }
      this.stream = stream;
      for (const track of stream.getVideoTracks()) track.addEventListener("ended", () => this.ended(turn));
      this.video.srcObject = stream;
      await this.video.play();
      void this.look(turn, await reader());
      return true;
    } catch (fault) {
      if (turn === this.going) this.broken(why(fault));
      return false;
    }
  }

  /** A phone that slept takes the camera away. */
  private ended(turn: number): void {
    if (turn === this.going) this.broken("busy");
  }

  get running(): boolean {
    return this.stream !== null && this.stream.active;
  }

  stop(): void {
    this.going++;
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.lit = false;
    this.video.srcObject = null;
  }

  private async look(turn: number, read: Read): Promise<void> {
    while (turn === this.going) {
      const begun = performance.now();
      if (document.visibilityState === "visible" && this.video.readyState >= 2) {
        try {
          const code = await read(this.video);
          if (code && turn === this.going) this.seen(code);
        } catch {
          // A frame that could not be read; there is another one soon.
        }
      }
      // The rest of the page breathes in between.
      const took = performance.now() - begun;
      await new Promise((resolve) => setTimeout(resolve, Math.max(30, Math.min(200, took))));
    }
  }

  async choices(): Promise<Choice[]> {
    if (!allowed()) return [];
    const all = await navigator.mediaDevices.enumerateDevices();
    return all
      .filter((one) => one.kind === "videoinput" && one.deviceId)
      .map((one, n) => ({ id: one.deviceId, label: one.label || `${n + 1}` }));
  }

  private track(): MediaStreamTrack | null {
    return this.stream?.getVideoTracks()[0] ?? null;
  }

  get hasTorch(): boolean {
    const can = this.track()?.getCapabilities?.() as { torch?: boolean } | undefined;
    return can?.torch === true;
  }

  async torch(): Promise<boolean> {
    try {
      await this.track()?.applyConstraints({ advanced: [{ torch: !this.lit } as MediaTrackConstraintSet] });
      this.lit = !this.lit;
    } catch {
      this.lit = false;
    }
    return this.lit;
  }
}

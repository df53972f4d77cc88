/** The phone's own reader of codes, where the browser has one. */

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
interface Detecting {
  new (options: { formats: string[] }): Detector;
}

/** Milliseconds between two looks: quick to the eye, and the phone stays cool. */
const PACE = 120;

function detector(): Detector | null {
  const made = (globalThis as { BarcodeDetector?: Detecting }).BarcodeDetector;
  return made ? new made({ formats: ["qr_code"] }) : null;
}

/** Whether this page may have a camera and can read what it sees. */
export function canLook(): boolean {
  return Boolean(navigator.mediaDevices?.getUserMedia) && detector() !== null;
}

/** Calls ``seen`` for every code, again and again while it stays in view. Rejects when the camera is not allowed. */
export async function look(video: HTMLVideoElement, seen: (code: string) => void): Promise<void> {
  const reader = detector();
  if (!reader) throw new Error("nothing reads codes here");
  const wanted = { facingMode: "environment", width: { ideal: 1920 }, height: { ideal: 1080 } };
  video.srcObject = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
  await video.play();
  const again = async (): Promise<void> => {
    try {
      if (!document.hidden) for (const found of await reader.detect(video)) seen(found.rawValue);
    } catch {
      // One bad picture is no reason to stop.
    }
    setTimeout(() => void again(), PACE);
  };
  void again();
}

/* A microphone beside a file field: [data-recorder] forms with a [data-record] button. What was said is put into the
   file field as a WAV file and sent with the form. Offered where the browser may use a microphone (HTTPS, localhost). */
const LONGEST = 300; // seconds

if (navigator.mediaDevices?.getUserMedia) {
  for (const form of document.querySelectorAll("[data-recorder]")) offer(form);
}

function offer(form) {
  const button = form.querySelector("[data-record]");
  const label = button.getAttribute("aria-label");
  let stop = null;
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (stop) return stop();
    try {
      stop = await record((seconds) => { button.textContent = `Stop (${seconds} s)`; }, (file) => {
        const chosen = new DataTransfer();
        chosen.items.add(file);
        form.querySelector("input[type=file]").files = chosen.files;
        stop = null;
        button.textContent = "Record";
        button.setAttribute("aria-label", label);
        form.requestSubmit();
      });
      button.setAttribute("aria-label", "Stop recording and use it");
    } catch {
      button.textContent = "No microphone";
      button.disabled = true;
    }
  });
}

async function record(tick, done) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const recorder = new MediaRecorder(stream);
  const pieces = [];
  const begun = Date.now();
  const timer = setInterval(() => {
    const seconds = Math.round((Date.now() - begun) / 1000);
    tick(seconds);
    if (seconds >= LONGEST) recorder.stop();
  }, 250);
  recorder.addEventListener("dataavailable", (event) => pieces.push(event.data));
  recorder.addEventListener("stop", async () => {
    clearInterval(timer);
    for (const track of stream.getTracks()) track.stop();
    const context = new AudioContext();
    const sound = await context.decodeAudioData(await new Blob(pieces).arrayBuffer());
    await context.close();
    done(new File([wav(sound)], "recorded.wav", { type: "audio/wav" }));
  });
  recorder.start();
  return () => recorder.stop();
}

/* 16 bit, mono, at the rate it was recorded with; the server brings it to 8 kHz. */
function wav(sound) {
  const samples = sound.getChannelData(0);
  const view = new DataView(new ArrayBuffer(44 + samples.length * 2));
  const text = (at, word) => { for (let i = 0; i < word.length; i += 1) view.setUint8(at + i, word.charCodeAt(i)); };
  text(0, "RIFF"); view.setUint32(4, 36 + samples.length * 2, true); text(8, "WAVEfmt ");
  view.setUint32(16, 16, true); view.setUint16(20, 1, true); view.setUint16(22, 1, true);
  view.setUint32(24, sound.sampleRate, true); view.setUint32(28, sound.sampleRate * 2, true);
  view.setUint16(32, 2, true); view.setUint16(34, 16, true); text(36, "data"); view.setUint32(40, samples.length * 2, true);
  samples.forEach((value, i) => view.setInt16(44 + i * 2, Math.max(-1, Math.min(1, value)) * 32767, true));
  return view.buffer;
}

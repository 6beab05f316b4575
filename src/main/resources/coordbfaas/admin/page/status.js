'use strict';
// The status page: asks for /pool again and again, shows what it says, and says how old that is. Whatever comes from there
// becomes text, never markup.

const POLL_MS = 400;
const PATIENCE_MS = 3000;
const OLD_MS = 2500;
const TRAIL_MAX = 40;
const ROWS_MAX = 20;
const OUTPUT_CHARACTERS_MAX = 200000;

const $ = id => document.getElementById(id);
const trails = new Map(); // the conditions of each machine, as they were seen
let instance = null;
let heardAt = null;

function element(name, text, classes) {
  const made = document.createElement(name);
  if (text !== undefined && text !== null) made.textContent = text;
  if (classes) made.className = classes;
  return made;
}

function duration(ms) {
  if (ms === null || ms === undefined) return '–';
  if (ms < 1000) return (ms < 10 ? ms.toFixed(1) : Math.round(ms)) + ' ms';
  const s = ms / 1000;
  if (s < 60) return s.toFixed(1) + ' s';
  if (s < 3600) return Math.floor(s / 60) + ' min ' + Math.floor(s % 60) + ' s';
  return Math.floor(s / 3600) + ' h ' + Math.floor(s / 60 % 60) + ' min';
}

const clock = instant => new Date(instant).toLocaleTimeString([], {hourCycle: 'h23'});

function say(id, text, classes) {
  const at = $(id);
  if (at.textContent !== String(text)) at.textContent = text;
  at.className = classes || '';
}

// ---- the pool ----

async function look() {
  const patience = new AbortController();
  const limit = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    const answer = await fetch('/pool', {cache: 'no-store', signal: patience.signal});
    if (!answer.ok) throw new Error(String(answer.status));
    show(await answer.json());
    heardAt = Date.now();
  } catch (lost) {
    // what is shown grows old, and age() says so
  } finally {
    clearTimeout(limit);
  }
  age();
  setTimeout(look, POLL_MS);
}

// By this computer's clock alone: the coordinator's may differ.
function age() {
  if (heardAt === null) return;
  const old = Date.now() - heardAt;
  const lost = old > OLD_MS;
  document.body.classList.toggle('old', lost);
  say('news', lost
    ? 'The coordinator has not answered for ' + duration(old) + '. What stands below is how it was at '
      + clock(heardAt) + '.'
    : 'Live, ' + clock(heardAt), lost ? 'lost' : '');
}

function show(view) {
  if (instance !== null && instance !== view.instance) trails.clear(); // another start of the coordinator
  instance = view.instance;
  say('pool', view.pool);
  say('ready', view.ready ? 'ready' : view.stage === 'serving' ? 'not ready' : view.stage, view.ready ? 'good' : 'bad');
  say('api', view.api.answers ? 'answers' : 'silent', view.api.answers ? 'good' : 'bad');
  say('waiting', view.waiting);
  say('count', view.machines.length + ' of ' + view.size);
  $('reasons').replaceChildren(...view.reasons.map(reason => element('li', reason)));
  $('machines').replaceChildren(...view.machines.map(machine => card(machine, view)));
  $('none').hidden = view.machines.length > 0;
  $('runs').replaceChildren(...view.runs.slice(0, ROWS_MAX).map(row));
  $('transitions').replaceChildren(...view.transitions.slice(0, ROWS_MAX).map(change =>
    element('li', clock(change.at) + ' ' + change.machine + ' ' + change.from + ' → ' + change.to + ' (' + change.cause + ')')));
}

function card(machine, view) {
  const made = element('li', undefined, machine.condition);
  made.dataset.machine = machine.name;
  made.dataset.condition = machine.condition;
  made.append(element('div', machine.name));
  made.append(element('strong', machine.condition), ' for ' + duration(machine.forMs), trail(machine));
  const runs = machine.runs + (machine.runs === 1 ? ' run' : ' runs');
  const lease = machine.leaseLeftMs === null ? 'no lease' : machine.leaseLeftMs < 0 ? 'lease over' : 'lease ' + duration(machine.leaseLeftMs);
  made.append(element('small', runs + ', ' + lease + (machine.id ? ', ' + machine.id : '')));
  if (machine.lastError) made.append(element('small', clock(machine.lastError.at) + ' ' + machine.lastError.what, 'trouble'));
  return made;
}

// What was seen at each look, the newest right: states that pass between two looks are missed here, and stand in the transitions.
function trail(machine) {
  const seen = trails.get(machine.name) || [];
  seen.push(machine.condition);
  if (seen.length > TRAIL_MAX) seen.shift();
  trails.set(machine.name, seen);
  const made = element('div', undefined, 'trail');
  made.title = 'its states at the latest looks of this page';
  for (let i = seen.length; i < TRAIL_MAX; i++) made.append(element('i', undefined, 'unseen'));
  for (const condition of seen) made.append(element('i', undefined, condition));
  return made;
}

function row(run) {
  const made = element('tr');
  made.title = 'run ' + run.run + (run.machine ? ' on ' + run.machine : '');
  made.append(element('td', clock(run.at)), element('td', run.end), element('td', run.code === null ? '–' : run.code, 'n'),
    element('td', duration(run.queueMs), 'n'), element('td', duration(run.firstByteMs), 'n'), element('td', duration(run.runMs), 'n'));
  return made;
}

// ---- the box ----

let running = null;

$('try').addEventListener('submit', event => {
  event.preventDefault();
  if (running === null) run($('script').value);
});
$('script').addEventListener('keydown', event => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) $('try').requestSubmit();
});
$('stop').addEventListener('click', () => running && running.abort());

async function run(script) {
  running = new AbortController();
  const output = $('output');
  let room = OUTPUT_CHARACTERS_MAX;
  output.replaceChildren();
  output.hidden = false;
  $('run').disabled = true;
  $('stop').disabled = false;
  say('verdict', 'running …');
  try {
    const answer = await fetch('/run', {method: 'POST', body: script, headers: {'Content-Type': 'text/plain'}, signal: running.signal});
    if (!answer.ok) {
      const problem = await answer.json();
      say('verdict', answer.status + ': ' + problem.detail, 'bad');
      return;
    }
    let exit = null;
    for await (const event of events(answer.body)) {
      const data = JSON.parse(event.data);
      if (event.name === 'exit') {
        exit = data;
      } else if (room > 0) {
        const text = typeof data === 'string' ? data : bytes(data.base64);
        output.append(element('span', text.slice(0, room), event.name === 'stderr' ? 'err' : ''));
        room -= text.length;
        if (room <= 0) output.append(element('span', '\n… more than this page shows', 'err'));
        output.scrollTop = output.scrollHeight;
      }
    }
    if (exit === null) say('verdict', 'the answer broke off: how it ended is not known', 'bad');
    else say('verdict', exit.reason + (exit.signal ? ' ' + exit.signal : '') + ', code ' + exit.code + ', ' + duration(exit.durationMs)
      + timing(answer.headers.get('Server-Timing')), exit.code === 0 ? 'good' : 'bad');
  } catch (failure) {
    say('verdict', failure.name === 'AbortError' ? 'stopped' : 'the answer broke off: ' + failure.message, 'bad');
  } finally {
    running = null;
    $('run').disabled = false;
    $('stop').disabled = true;
  }
}

// queue;dur=1.2, first-byte;dur=3.4: what came before the answer's head.
function timing(header) {
  if (!header) return '';
  return ' (' + header.replace(/-/g, ' ').replace(/;dur=([0-9.]+)/g, (all, ms) => ' ' + duration(Number(ms))) + ')';
}

const bytes = base64 => new TextDecoder().decode(Uint8Array.from(atob(base64), letter => letter.charCodeAt(0)));

async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const {value, done} = await reader.read();
    if (done) return;
    text += value;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const event = {name: '', data: ''};
      for (const line of text.slice(0, end).split('\n')) {
        if (line.startsWith('event: ')) event.name = line.slice(7);
        if (line.startsWith('data: ')) event.data += line.slice(6);
      }
      text = text.slice(end + 2);
      if (event.name) yield event;
    }
  }
}

setInterval(age, 500);
look();

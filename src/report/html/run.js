const none = 'No request was answered, so there are no times.';
const rates = add('rates', 'Answers and failures per second', 'Nothing was answered.', []);
const times = add('times', 'Response times in milliseconds', none, []);

// The run as a whole, or one check or request of it.
function show(shown, width) {
  rates?.set([
    { name: 'answers', ink: '--one', points: over(shown.answered, width) },
    { name: 'not passed', ink: '--alarm', points: over(shown.not_passed, width), bars: true },
  ], width);
  times?.set([
    // It flattens the others.
    { name: 'max', ink: '--four', points: over(shown.max || [], width), thin: true, off: true },
    { name: 'p99', ink: '--three', points: over(shown.p99, width) },
    { name: 'p95', ink: '--two', points: over(shown.p95, width) },
    { name: 'p50', ink: '--one', points: over(shown.p50, width) },
  ], width);
}
show(data, data.width_s);

add('users', 'Users and requests in flight', 'There were no users.', [
  { name: 'users', ink: '--four', points: over(data.users) },
  { name: 'in flight', ink: '--one', points: over(data.in_flight) },
]);
add('delays', 'Client delay in milliseconds', 'No answer carried a stamp of its arrival, so it is not known.', [
  { name: 'p99', ink: '--three', points: over(data.delay_p99) },
  { name: 'p50', ink: '--one', points: over(data.delay_p50) },
]);
add('distribution', 'Times by percentile', 'There are no times.', [
  { name: 'TPR of passes', ink: '--two', points: data.distribution.tpr, thin: true },
  { name: 'response time', ink: '--one', points: data.distribution.response },
  { name: 'client delay', ink: '--four', points: data.distribution.delay },
], true);

const log = document.getElementById('log-scale');
log?.addEventListener('change', () => {
  times.isLog = log.checked;
  times.draw();
});
const row = document.getElementById('row');
row?.addEventListener('change', () => {
  const chosen = data.rows[Number(row.value)];
  show(chosen || data, chosen ? chosen.width_s : data.width_s);
});

document.querySelectorAll('.curl button').forEach((button) => button.addEventListener('click', () => {
  const code = button.parentElement.querySelector('code');
  const select = () => getSelection().selectAllChildren(code);
  const say = (text) => { button.textContent = text; setTimeout(() => { button.textContent = 'Copy'; }, 1500); };
  if (!navigator.clipboard) return select();
  navigator.clipboard.writeText(code.textContent).then(() => say('Copied'), select);
}));

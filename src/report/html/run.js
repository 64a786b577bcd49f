add('rates', 'Answers and failures per second', 'Nothing was answered.', [
  { name: 'answers', ink: '--one', points: over(data.answered) },
  { name: 'not passed', ink: '--alarm', points: over(data.not_passed), bars: true },
]);
add('times', 'Response times in milliseconds', 'No request was answered, so there are no times.', [
  { name: 'max', ink: '--four', points: over(data.max), thin: true },
  { name: 'p99', ink: '--three', points: over(data.p99) },
  { name: 'p95', ink: '--two', points: over(data.p95) },
  { name: 'p50', ink: '--one', points: over(data.p50) },
]);
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

document.querySelectorAll('.curl button').forEach((button) => button.addEventListener('click', () => {
  const code = button.parentElement.querySelector('code');
  const select = () => getSelection().selectAllChildren(code);
  const say = (text) => { button.textContent = text; setTimeout(() => { button.textContent = 'Copy'; }, 1500); };
  if (!navigator.clipboard) return select();
  navigator.clipboard.writeText(code.textContent).then(() => say('Copied'), select);
}));

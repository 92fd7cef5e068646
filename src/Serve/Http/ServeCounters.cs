using System.Globalization;

namespace Tapline.Serving.Http;

/// <summary>What the service has done so far. Safe from any thread.</summary>
sealed class ServeCounters
{
    static readonly double[] Bounds = [0.005, 0.02, 0.1, 0.3, 1, 3, 10, 30];

    readonly Lock _lock = new();
    readonly SortedDictionary<string, long> _requests = new(StringComparer.Ordinal);
    readonly SortedDictionary<string, long> _statements = new(StringComparer.Ordinal);
    readonly long[] _buckets = new long[Bounds.Length + 1];
    double _seconds;

    public void Request(string route, int status)
    {
        lock (_lock)
            Add(_requests, $"route=\"{MetricsText.Escape(route)}\",status=\"{status}\"");
    }

    public void Statement(string outcome, double seconds)
    {
        lock (_lock)
        {
            Add(_statements, $"outcome=\"{outcome}\"");
            var bucket = Array.FindIndex(Bounds, bound => seconds <= bound);
            _buckets[bucket < 0 ? Bounds.Length : bucket]++;
            _seconds += seconds;
        }
    }

    public void Write(MetricsText text)
    {
        lock (_lock)
        {
            text.Family("tapline_http_requests_total", "counter", "Requests answered.", Samples(
                "tapline_http_requests_total", _requests));
            text.Family("tapline_sql_statements_total", "counter", "Statements from outside, by outcome.", Samples(
                "tapline_sql_statements_total", _statements));
            text.Family("tapline_sql_duration_seconds", "histogram", "Time of statements from outside.", Histogram());
        }
    }

    static IEnumerable<(string, string, double)> Samples(string name, SortedDictionary<string, long> counts) =>
        counts.Select(count => (name, count.Key, (double)count.Value));

    IEnumerable<(string, string, double)> Histogram()
    {
        const string Name = "tapline_sql_duration_seconds";
        var sum = 0L;
        for (var i = 0; i < _buckets.Length; i++)
        {
            sum += _buckets[i];
            var bound = i < Bounds.Length ? Bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
            yield return ($"{Name}_bucket", $"le=\"{bound}\"", sum);
        }
        yield return ($"{Name}_sum", "", _seconds);
        yield return ($"{Name}_count", "", sum);
    }

    static void Add(SortedDictionary<string, long> counts, string key) =>
        counts[key] = counts.GetValueOrDefault(key) + 1;
}

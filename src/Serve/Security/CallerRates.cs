using System.Collections.Concurrent;

namespace Tapline.Serving.Security;

/// <summary>How many requests each caller may still make: so many at once, and so many more a second.</summary>
sealed class CallerRates(double perSecond, int burst, TimeProvider time)
{
    const int CallersMax = 10_000;

    readonly ConcurrentDictionary<string, Bucket> _buckets = new(StringComparer.Ordinal);

    /// <summary>Takes one request; false when the caller has none left.</summary>
    public bool TryTake(string caller)
    {
        // Names come from tokens that somebody signed; still they are not kept for ever.
        if (_buckets.Count > CallersMax)
            _buckets.Clear();
        var bucket = _buckets.GetOrAdd(
            caller, static (_, of) => new Bucket(of.burst, of.time.GetTimestamp()), (burst, time));
        lock (bucket)
        {
            var now = time.GetTimestamp();
            var grown = bucket.Left + (time.GetElapsedTime(bucket.At, now).TotalSeconds * perSecond);
            bucket.Left = Math.Min(burst, grown);
            bucket.At = now;
            if (bucket.Left < 1)
                return false;
            bucket.Left--;
            return true;
        }
    }

    sealed class Bucket(double left, long at)
    {
        public double Left { get; set; } = left;

        public long At { get; set; } = at;
    }
}

using System.Security.Cryptography;

namespace Tapline.Lakehouse.Storage.S3;

/// <summary>Does a request again until it ends in a way that will not pass, or the time for that is up. Waits 50 ms to
/// 5 s in between, at random so that many clients do not come back together
/// (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/).</summary>
sealed class S3Retry(TimeSpan retryMax, TimeProvider time)
{
    static readonly TimeSpan WaitUnit = TimeSpan.FromMilliseconds(50);
    static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(5);

    /// <summary>Runs a request; what it throws in the end is the last try's failure.</summary>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> request, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await request(ct);
            }
            catch (Exception failure) when (!ct.IsCancellationRequested && S3Failure.IsTransient(failure))
            {
                var wait = TimeSpan.FromTicks(
                    Math.Min(WaitMax.Ticks, WaitUnit.Ticks << Math.Min(attempt, 10)));
                wait *= RandomNumberGenerator.GetInt32(500, 1000) / 1000.0;
                if (time.GetElapsedTime(started) + wait > retryMax)
                    throw;
                await Task.Delay(wait, time, ct);
            }
        }
    }
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Tapline.Serving.Sql.Guard;

namespace Tapline.Serving.Http;

/// <summary>SQL over the lake.</summary>
sealed class SqlEndpoint(GuardedSql sql, ServeCounters counters, TimeProvider time, ILogger logger)
{
    const long RowsMaxDefault = 10_000;

    /// <summary>Runs a statement and sends its rows.</summary>
    public async Task RunAsync(HttpCall call)
    {
        var type = SqlAnswer.TypeFor(call.Context.Request);
        var request = await SqlBody.ReadAsync(call);
        var started = time.GetTimestamp();
        var (outcome, rows) = ("failed", 0L);
        try
        {
            // Ids of one caller are none of another's business.
            using var reading = await sql.OpenAsync(
                request with
                {
                    Shape = SqlAnswer.ShapeOf(type),
                    Id = IdOf(call, request.Id),
                    RowsMax = request.RowsMax ?? RowsMaxDefault,
                },
                call.Aborted);
            try
            {
                await SqlAnswer.WriteAsync(call, reading, type, request.Id);
                outcome = "answered";
            }
            finally
            {
                rows = reading.Rows;
            }
        }
        catch (SqlRefusedException refused)
        {
            outcome = ProblemException.Of(refused).Code;
            throw;
        }
        finally
        {
            var taken = time.GetElapsedTime(started);
            counters.Statement(outcome, taken.TotalSeconds);
            logger.StatementRan(
                call.Caller.Name, HashOf(request.Sql), (long)taken.TotalMilliseconds, rows, outcome, call.TraceId);
        }
    }

    /// <summary>Stops the caller's own statement of an id.</summary>
    public Task CancelAsync(HttpCall call)
    {
        var id = call.Path("id");
        if (!sql.Cancel(IdOf(call, id)!, static _ => true))
            throw ProblemException.NotFound("running statement of this id");
        return call.WriteAsync(new JsonObject { ["cancelled"] = id });
    }

    static string? IdOf(HttpCall call, string? id) => id is null ? null : $"{call.Caller.Name}\n{id}";

    // Tells equal statements without saying what stands in them.
    internal static string HashOf(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));
}

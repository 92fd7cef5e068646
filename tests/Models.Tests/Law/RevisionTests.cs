using System.Collections.Frozen;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Tapline.Contracts.Columns;
using Tapline.Models;
using Tapline.Streaming;
using Tapline.Streaming.Models;
using Tapline.Streaming.Tables;

namespace Tapline.Models.Tests.Law;

/// <summary>A row of a period is restated by what comes after it was closed; what comes before only fills it.</summary>
public sealed class RevisionTests : IDisposable
{
    const long StartUs = 1_740_000_000_000_000;

    static readonly StreamOptions Options = new() { Pipeline = "law", Prefix = "law" };

    readonly ModelEngine _engine;
    readonly SourceRows _accounts;
    long _epoch;

    public RevisionTests()
    {
        var package = TestPackage.With(("grain/closing.sql", """
            ---
            key: account_id
            inputs: { accounts: id }
            closed: is_closed
            ---
            select id as account_id, name, status = 'closed' as is_closed from accounts
            """));
        _engine = new ModelEngine(package, Options, TimeProvider.System, NullLogger.Instance);
        _accounts = new SourceRows(package.Relations["accounts"], Options);
        _engine.Relations["accounts"].Attach(_accounts.Current.State, _accounts.Layout);
    }

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void Only_what_changes_a_closed_row_is_a_revision()
    {
        Assert.Equal(0, Revision("first", "active"));
        Assert.Equal(0, Revision("second", "active"));
        Assert.Equal(0, Revision("second", "closed"));
        Assert.Equal(0, Revision("second", "closed"));
        Assert.Equal(1, Revision("late", "closed"));
        Assert.Equal(2, Revision("later", "closed"));
    }

    long Revision(string name, string status)
    {
        var row = new ColumnBatch(_accounts.Relation.Columns);
        foreach (var (column, text) in row.Columns.Zip(new[] { "a", name, null, status }))
        {
            if (text is null)
                column.AppendNull();
            else
                column.Append(Encoding.UTF8.GetBytes(text));
        }
        _epoch++;
        _accounts.Put(row, StartUs + _epoch);
        var step = new ModelStep(_epoch, StartUs + _epoch, StartUs + _epoch, StartUs);
        _engine.Step(step, FrozenSet<string>.Empty, TestContext.Current.CancellationToken);
        var state = _engine.Tables.Single(static table => table.Model.Name == "closing").Current.State;
        return RowCodec.Meta(state.Row(Assert.Single(state.LiveSlots()))).Position.Lsn;
    }
}

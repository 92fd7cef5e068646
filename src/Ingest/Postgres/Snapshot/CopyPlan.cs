using Npgsql;
using NpgsqlTypes;
using Tapline.Ingest.Postgres.Catalog;
using Tapline.Ingest.Postgres.Envelope;
using Tapline.Ingest.Postgres.Progress;

namespace Tapline.Ingest.Postgres.Snapshot;

/// <summary>Cuts relations into chunks of pages, and says which are left to copy.
/// <para>A copy that is resumed sees a later snapshot, in which rows may have moved between pages. A row that moved was
/// written by a transaction which the first snapshot did not see; so all rows of a half-copied relation that are newer
/// than the first snapshot are read once more. A relation whose file was rewritten begins anew.</para></summary>
sealed class CopyPlan(NpgsqlConnection connection, ProgressLog progress, int chunkRows)
{
    // Until statistics exist a page is taken to hold this many rows.
    const double PageRowsAssumed = 60;

    /// <summary>What is left to copy of a table, with an estimate of its rows.</summary>
    public async Task<List<CopyChunk>> LeftAsync(SourceTable source, CapturedTable table, CancellationToken ct)
    {
        var chunks = new List<CopyChunk>();
        foreach (var leaf in await LeavesAsync(source, ct))
        {
            var plan = progress.Plan(leaf.QuotedName);
            var fresh = plan is null || plan.FileNode != leaf.FileNode;
            if (fresh)
            {
                plan = Cut(leaf);
                await progress.SetPlanAsync(leaf.QuotedName, plan, ct);
            }
            AddChunks(chunks, source, table, leaf, plan!, fresh);
        }
        return chunks;
    }

    /// <summary>Whether no part of a table was ever planned: it came to the publication after the first copy.</summary>
    public async Task<bool> IsNewAsync(SourceTable source, CancellationToken ct)
    {
        var leaves = await LeavesAsync(source, ct);
        return leaves.Count > 0 && leaves.TrueForAll(leaf => progress.Plan(leaf.QuotedName) is null);
    }

    RelationPlan Cut(Leaf leaf)
    {
        var pageRows = leaf.Pages > 0 && leaf.Rows > 0 ? leaf.Rows / leaf.Pages : PageRowsAssumed;
        var chunkPages = Math.Max(1, (long)(chunkRows / pageRows));
        var chunks = Math.Max(1, (leaf.Pages + chunkPages - 1) / chunkPages);
        return new RelationPlan(progress.Slot!.Epoch, leaf.FileNode, chunkPages, checked((int)chunks));
    }

    void AddChunks(
        List<CopyChunk> chunks, SourceTable source, CapturedTable table, Leaf leaf, RelationPlan plan, bool fresh)
    {
        var columns = string.Join(", ", source.Columns.Select(static c => SourceSession.Quote(c.Name)));
        var filter = source.RowFilter is null ? "" : $" AND ({source.RowFilter})";
        var select = $"SELECT {columns} FROM ONLY {leaf.QuotedName} WHERE ";
        var left = Enumerable.Range(0, plan.Chunks).Where(i => !progress.IsDone(leaf.QuotedName, i)).ToList();
        var rows = (long)Math.Max(leaf.Rows, leaf.Pages > 0 && leaf.Rows < 0 ? leaf.Pages * PageRowsAssumed : 0);
        foreach (var i in left)
        {
            var range = $"ctid >= '({i * plan.ChunkPages},0)'"
                + (i < plan.Chunks - 1 ? $" AND ctid < '({(i + 1) * plan.ChunkPages},0)'" : "");
            chunks.Add(new CopyChunk(table, leaf.QuotedName, i, select + range + filter, rows / plan.Chunks));
        }
        if (!fresh && left.Count > 0 && left.Count < plan.Chunks)
        {
            // Ages compare as transaction ids do, around their wrap.
            var newer = $"age(xmin) <= age('{progress.Slot!.SnapshotXmin & uint.MaxValue}'::xid)";
            chunks.Add(new CopyChunk(table, leaf.QuotedName, null, select + newer + filter, 0));
        }
    }

    async Task<List<Leaf>> LeavesAsync(SourceTable source, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT n.nspname::text, c.relname::text, pg_relation_filenode(c.oid)::bigint,
                   pg_relation_size(c.oid) / current_setting('block_size')::bigint, c.reltuples::float8, c.relpages
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'r' AND (c.oid = $1
               OR ($2 AND c.oid IN (SELECT relid FROM pg_partition_tree($1::regclass) WHERE isleaf)))
            ORDER BY 1, 2
            """,
            connection);
        command.Parameters.Add(
            new NpgsqlParameter<uint> { TypedValue = source.RelationId, NpgsqlDbType = NpgsqlDbType.Oid });
        command.Parameters.AddWithValue(source.IsPartitioned);
        var leaves = new List<Leaf>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var name = $"{SourceSession.Quote(reader.GetString(0))}.{SourceSession.Quote(reader.GetString(1))}";
            var pages = reader.GetInt64(3);
            // The statistics are of an earlier size of the relation; its density is what holds.
            var (tuples, statisticPages) = (reader.GetDouble(4), reader.GetInt32(5));
            var rows = statisticPages > 0 && tuples >= 0 ? tuples / statisticPages * pages : -1;
            leaves.Add(new Leaf(name, reader.GetInt64(2), pages, rows));
        }
        return leaves;
    }

    readonly record struct Leaf(string QuotedName, long FileNode, long Pages, double Rows);
}

/// <summary>A piece of a relation to copy.</summary>
/// <param name="Table">The table that its rows belong to.</param>
/// <param name="Relation">The relation, quoted: the table or a partition of it.</param>
/// <param name="Number">Its number in the plan; null for a second look at what changed, which is no part of it.</param>
/// <param name="Query">The SELECT.</param>
/// <param name="RowsEstimated">About how many rows.</param>
sealed record CopyChunk(CapturedTable Table, string Relation, int? Number, string Query, long RowsEstimated);

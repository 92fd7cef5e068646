namespace Tapline.Cli.Demo;

/// <summary>What happens in the bar business, transaction after transaction, for ever: guests' visits, sales, repairs,
/// and now and then what makes change capture hard: new columns, changed keys, cascades, large values left alone or
/// partly changed, a truncated table. Follows from the model's seed alone.</summary>
sealed class BarWorkload(BarModel model)
{
    readonly BarSales _sales = new(model);
    readonly BarOperations _operations = new(model);
    readonly BarProduct _product = new(model);

    /// <summary>The transactions.</summary>
    public IEnumerable<BarTransaction> Transactions()
    {
        for (var count = 1; ; count++)
        {
            model.Tick();
            yield return count switch
            {
                // Early enough that a demo of 20 s shows them.
                300 => new BarTransaction("a column is added",
                    [new BarStatement("ALTER TABLE app.accounts ADD COLUMN loyalty_tier text")]),
                900 => new BarTransaction("a table is emptied",
                    [new BarStatement("TRUNCATE app.experiment_assignments")]),
                _ => Next(count > 300, count > 900),
            };
        }
    }

    BarTransaction Next(bool hasLoyalty, bool refills) => model.Random.Next(100) switch
    {
        < 34 => _product.Visit(),
        < 46 => _product.Leave(),
        < 54 => _sales.Invoice(),
        < 60 => _sales.Pay(),
        < 67 => _sales.ChangeSubscription(),
        < 77 => _operations.UpdateDevice(),
        < 79 => _operations.Recalibrate(),
        < 84 => _operations.UpdateLocation(),
        < 86 => _operations.MoveBar(),
        < 90 => _operations.Maintain(),
        < 93 => _product.Support(),
        < 96 => _sales.Market(),
        < 97 => _sales.RedateSpend(),
        < 98 => _product.Forget(),
        < 99 => hasLoyalty ? _sales.Reward() : _product.Visit(),
        _ => refills ? _product.Assign() : _product.ChangePreferences(),
    };
}
